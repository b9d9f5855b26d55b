import type {Context} from '../bindings/binding.ts';
import {localTimes} from '../moments.ts';
import {Row, Rows} from '../row.tsx';
import {labelled} from '../screens/strips.ts';
import {line, span, strong, type Line, type Span} from '../span.ts';
import type {Theme} from '../theme.ts';
import {clamp, windowTop} from '../table/windowing.ts';
import {listedTroubles} from '../set-aside.ts';
import {heldHosts, setAsideFrom, troubleGroups, type TroubleGroup} from '../troubles.ts';
import {count, namesOf} from '../words.ts';

/** What is broken now, worst first: hosts with the same trouble are one row and one decision. */
export const TroubleLayer = (props: {context: Context; at: number; height: number}) => {
  const {state} = props.context;
  const {theme} = state;
  const width = state.ui.size.columns - 2;
  const broken = troubleGroups(state).length;
  const groups = listedTroubles(state);
  const at = clamp(props.at, 0, Math.max(0, groups.length - 1));
  const chosen = groups[at];
  const about: Line[] =
    chosen === undefined
      ? []
      : [
          [],
          ...labelled('what', chosen.what, width, state, 3),
          ...(chosen.hosts.length === 0 ? [] : labelled('hosts', namesOf(chosen.hosts, 30), width, state, 3)),
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
    broken === 0
      ? line(
          strong('No trouble'),
          span(`  nothing is broken now${groups.length === 0 ? '' : '; not done either:'}`, 'quiet'),
        )
      : line(strong(`Trouble: ${count(broken, 'kind')}, worst first`));
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
            markOf(group, theme),
            strong((group.hosts.length === 0 ? '' : count(group.hosts.length, 'host')).padEnd(10)),
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

const markOf = ({severity}: TroubleGroup, {glyphs}: Theme): Span => {
  if (severity < 2) return span(`${glyphs.bad}  `, 'bad');
  return severity < setAsideFrom ? span(`${glyphs.warn}  `, 'warn') : span(`${glyphs.idle}  `, 'quiet');
};
