// Meters that Prometheus reads: text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). Adding up in memory
// and writing out what stands there, for a handful of attribute values.
import { type Attributes, type InstrumentFacts, makeInstruments, metersOf } from './instruments.ts';
import type { Meters } from './meters.ts';

export interface PrometheusMeters {
  readonly meters: Meters;
  /** @param gauges what is so at this moment, by name without prefix. */
  render(gauges: Readonly<Record<string, number>>): string;
}

export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Family = () => readonly string[];

export function openPrometheusMeters(): PrometheusMeters {
  const families: Family[] = [];
  const instruments = makeInstruments(
    (facts) => {
      const series = new Map<string, number>();
      families.push(() => renderCounter(nameOf(facts, 'total'), facts, series));
      return {
        add: (count, attributes = {}) => {
          const labels = labelsOf(attributes);
          series.set(labels, (series.get(labels) ?? 0) + count);
        },
      };
    },
    (facts, bounds) => {
      const series = new Map<string, Buckets>();
      families.push(() => renderHistogram(nameOf(facts, 'seconds'), facts, { bounds, series }));
      return {
        record: (value, attributes = {}) => {
          const labels = labelsOf(attributes);
          const buckets = series.get(labels) ?? { counts: bounds.map(() => 0), count: 0, sum: 0 };
          series.set(labels, buckets);
          bounds.forEach((bound, i) => {
            if (value <= bound) buckets.counts[i] = (buckets.counts[i] ?? 0) + 1;
          });
          buckets.count += 1;
          buckets.sum += value;
        },
      };
    },
  );
  return {
    meters: { ...metersOf(instruments), close: () => Promise.resolve() },
    render: (gauges) =>
      [...families.flatMap((family) => family()), ...renderGauges(gauges), ''].join('\n'),
  };
}

interface Buckets {
  /** At most each bound. */
  readonly counts: number[];
  count: number;
  sum: number;
}

const nameOf = ({ name }: InstrumentFacts, suffix: string): string =>
  `${name.replaceAll('.', '_')}_${suffix}`;

/** Names and words of our own: nothing in them needs an escape. */
const labelsOf = (attributes: Attributes): string =>
  Object.entries(attributes)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',');

const braced = (labels: string): string => (labels === '' ? '' : `{${labels}}`);

function renderCounter(
  name: string,
  { description }: InstrumentFacts,
  series: ReadonlyMap<string, number>,
): readonly string[] {
  const lines = [...series].map(([labels, value]) => `${name}${braced(labels)} ${String(value)}`);
  return [`# HELP ${name} ${description}`, `# TYPE ${name} counter`, ...lines];
}

function renderHistogram(
  name: string,
  { description }: InstrumentFacts,
  {
    bounds,
    series,
  }: { readonly bounds: readonly number[]; readonly series: ReadonlyMap<string, Buckets> },
): readonly string[] {
  const lines = [...series].flatMap(([labels, { counts, count, sum }]) => {
    const and = labels === '' ? '' : `${labels},`;
    return [
      ...bounds.map((bound, i) => `${name}_bucket{${and}le="${bound}"} ${counts[i] ?? 0}`),
      `${name}_bucket{${and}le="+Inf"} ${count}`,
      `${name}_sum${braced(labels)} ${sum}`,
      `${name}_count${braced(labels)} ${count}`,
    ];
  });
  return [`# HELP ${name} ${description}`, `# TYPE ${name} histogram`, ...lines];
}

const renderGauges = (gauges: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(gauges).flatMap(([name, value]) => [
    `# TYPE aitrail_${name} gauge`,
    `aitrail_${name} ${String(value)}`,
  ]);
