/** Writes docs/report.schema.json anew, from the schema of the Run. */
import { writeFile } from 'node:fs/promises';
import { reportSchema } from '../lib/report/schema.ts';

await writeFile(new URL('../docs/report.schema.json', import.meta.url), reportSchema());
