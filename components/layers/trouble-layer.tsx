import type {Context} from '../bindings/binding.ts';
import {localTimes} from '../moments.ts';
import {Row, Rows} from '../row.tsx';
import {labelled} from '../screens/strips.ts';
import {line, span, strong, type Line} from '../span.ts';
import {clamp, windowTop} from '../table/windowing.ts';
import {heldHosts, troubleGroups} from '../troubles.ts';
import {count, namesOf} from '../words.ts';

/** What is broken now, worst first: hosts with the same trouble are one row and one decision. */
export const TroubleLayer = (props: {context: Context; at: number; height: number}) => {
  const {state} = props.context;
  const {theme} = state;
  const width = state.ui.size.columns - 2;
  const groups = troubleGroups(state);
  const at = clamp(props.at, 0, Math.max(0, groups.length - 1));
  const chosen = groups[at];
  const about: Line[] =
    chosen === undefined
      ? []
      : [
          [],
          ...labelled('what', chosen.what, width, state, 3),
          ...labelled('hosts', namesOf(chosen.hosts, 30), width, state, 3),
          ...labelled('next', chosen.next, width, state, 3),
          line(span(`          ${chosen.code}`, 'quiet')),
        ];
  const room = Math.max(3, props.height - 2 - about.length);
  const top = windowTop(0, at, room, groups.length);
  const shown = groups.slice(top, top + room);
  const blank: Line[] = Array.from(
    {length: Math.max(0, props.height - 2 - shown.length - about.length)},
    () => [],
  );
  const title =
    groups.length === 0
      ? line(strong('No trouble'), span('  nothing is broken now', 'quiet'))
      : line(strong(`Trouble: ${count(groups.length, 'kind')}, worst first`));
  const held = heldHosts(state);
  const asides = [
    ...state.engine.notices.map(localTimes),
    ...(held === 0 || state.engine.notices.length > 0
      ? []
      : [`on purpose until verify: something is held on ${count(held, 'host')} (i says what)`]),
  ];
  const notices: Line = asides.length === 0 ? [] : line(span(asides.join('; '), 'quiet'));
  return (
    <>
      <Row line={title} width={width} theme={theme} />
      <Row line={notices} width={width} theme={theme} />
      {shown.map((group, i) => (
        <Row
          key={group.code + group.what}
          line={line(
            top + i === at ? '> ' : '  ',
            span(
              `${group.severity < 2 ? theme.glyphs.bad : theme.glyphs.warn}  `,
              group.severity < 2 ? 'bad' : 'warn',
            ),
            strong(count(group.hosts.length, 'host').padEnd(10)),
            ` ${group.what}`,
          )}
          width={width}
          theme={theme}
          inverse={top + i === at}
        />
      ))}
      <Rows
        lines={[...about, ...blank].slice(0, Math.max(0, props.height - 2 - shown.length))}
        width={width}
        theme={theme}
      />
    </>
  );
};
