// A line of days with the stretch before it behind, drawn as SVG. The same numbers stand in a table for whoever does not see it.

import { VisuallyHidden } from '@mantine/core';

/** A day whose value is unknown leaves a gap. */
export type Point = { day: string; value: number | undefined };

type Props = {
  label: string;
  now: readonly Point[];
  before: readonly Point[];
  show(value: number): string;
  showDay(day: string): string;
};

const width = 600;
const height = 180;

export function Chart({ label, now, before, show, showDay }: Props) {
  const most = Math.max(1, ...[...now, ...before].map((point) => point.value ?? 0));
  const x = (i: number, count: number) => (count < 2 ? width / 2 : (i / (count - 1)) * width);
  const y = (value: number) => height - 6 - (value / most) * (height - 16);
  const line = (points: readonly Point[]) =>
    points
      .map(({ value }, i) => {
        if (value === undefined) return '';
        const move = points[i - 1]?.value === undefined;
        // A single day between gaps is a short stroke, of the last day one to the left.
        const alone = move && points[i + 1]?.value === undefined;
        return `${move ? 'M' : 'L'}${x(i, points.length).toFixed(1)},${y(value).toFixed(1)}${alone ? (i === points.length - 1 ? 'h-6' : 'h6') : ''}`;
      })
      .join(' ');
  const whole = now.length > 1 && now.every(({ value }) => value !== undefined);
  const first = now[0];
  const last = now.at(-1);
  return (
    <figure className="chart-box">
      <div className="chart-words" aria-hidden="true">
        <span>{show([...now, ...before].some((point) => (point.value ?? 0) > 0) ? most : 0)}</span>
      </div>
      <svg className="chart" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {[0, 0.5, 1].map((part) => (
          <line key={part} className="grid" x1="0" x2={width} y1={y(most * part)} y2={y(most * part)} />
        ))}
        {before.length > 1 && <path className="before" d={line(before)} />}
        {whole && <path className="area" d={`${line(now)} L${width},${height} L0,${height} Z`} />}
        {now.length > 1 && <path className="now" d={line(now)} />}
      </svg>
      <div className="chart-words" aria-hidden="true">
        <span>{first ? showDay(first.day) : ''}</span>
        <span>{last ? showDay(last.day) : ''}</span>
      </div>
      <VisuallyHidden>
        <table>
          <caption>{label}</caption>
          <tbody>
            {now.map((point) => (
              <tr key={point.day}>
                <th scope="row">{point.day}</th>
                <td>{point.value === undefined ? '–' : show(point.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </figure>
  );
}
