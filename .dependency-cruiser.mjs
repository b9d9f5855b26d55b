import {floors} from './floors.mjs';

const upward = floors.slice(0, -1).map((floor, i) => ({
  name: `${floor}-uses-only-floors-below`,
  severity: 'error',
  from: {path: `^src/${floor}/`},
  to: {path: `^src/(${[...floors.slice(i + 1), 'demo'].join('|')})/`},
}));

export default {
  forbidden: [
    {name: 'no-circles', severity: 'error', from: {}, to: {circular: true}},
    {
      name: 'every-floor-is-listed',
      severity: 'error',
      from: {path: `^src/(?!(${floors.join('|')}|demo)/)`},
      to: {},
    },
    ...upward,
    {
      name: 'demo-uses-only-the-model',
      severity: 'error',
      from: {path: '^src/demo/'},
      to: {path: '^(commands|components)/|^src/(?!(model|demo)/)'},
    },
    {
      name: 'nobody-but-commands-uses-demo',
      severity: 'error',
      from: {path: '^(components|src/(?!demo/))'},
      to: {path: '^src/demo/'},
    },
    {
      name: 'src-knows-no-surface',
      severity: 'error',
      from: {path: '^src/'},
      to: {path: '^(commands|components)/'},
    },
    {
      name: 'components-know-model-record-and-the-engine-interface',
      severity: 'error',
      from: {path: '^components/'},
      to: {path: '^commands/|^src/(?!(model|record)/|engine/interface\\.ts)'},
    },
    {
      name: 'components-do-no-io',
      severity: 'error',
      from: {path: '^components/'},
      to: {dependencyTypes: ['core'], pathNot: '^(node:)?process$'},
    },
    {
      name: 'model-and-record-are-pure',
      severity: 'error',
      from: {path: '^src/(model|record)/'},
      to: {dependencyTypes: ['core'], pathNot: '^(node:)?crypto$'},
    },
  ],
  options: {
    doNotFollow: {path: 'node_modules'},
    tsPreCompilationDeps: true,
    tsConfig: {fileName: 'tsconfig.json'},
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
