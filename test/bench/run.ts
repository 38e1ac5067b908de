// npm run bench [-- --only B4,B9] [--full] [--json FILE]: each bar of the design, at two sizes, beside what else is here.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { figureLine, HEAD } from './table.ts';
import { ROWS } from './rows.ts';
import { growthOf, isMet, type Figure } from './row.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    full: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const wanted = values.only?.split(',') ?? Object.keys(ROWS);
const measured: { readonly id: string; readonly figures: readonly Figure[] }[] = [];
process.stdout.write(`Node ${process.version}, ${String(cpus().length)} cores\n\n${HEAD}`);
for (const id of wanted) {
  const load = ROWS[id];
  if (load === undefined)
    throw new Error(`there is no row ${id}; rows: ${Object.keys(ROWS).join()}`);
  const { row } = await load();
  process.stdout.write(`${row.id}  ${row.title}\n`);
  const figures = await row.run({ isFull: values.full });
  for (const figure of figures) process.stdout.write(figureLine(figure));
  measured.push({ id, figures });
}
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify(documentOf(), null, 2)}\n`);

function documentOf(): object {
  return {
    schema: 'aitrail-bench-1',
    node: process.version,
    cores: cpus().length,
    rows: measured.map(({ id, figures }) => ({
      id,
      figures: figures.map((figure) => ({
        ...figure,
        growth: growthOf(figure),
        isMet: isMet(figure),
      })),
    })),
  };
}
