/** Writes docs/report.schema.json from the schema of the Run, and docs/measurements.md: `npm run schema`. */
import { writeFile } from 'node:fs/promises';
import { reportSchema } from '../lib/report/schema.ts';
import { measurementsDocument } from './measurements-document.ts';

const docs = new URL('../docs/', import.meta.url);

await writeFile(new URL('report.schema.json', docs), reportSchema());
await writeFile(new URL('measurements.md', docs), measurementsDocument());
