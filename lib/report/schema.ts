import { z } from 'zod';
import { reportVersion, runSchema } from '../verdict/run.ts';

/** JSON Schema (2020-12) of `report.json`; `docs/report.schema.json` is this, written by `npm run schema`. */
export function reportSchema(): string {
  const schema = z.toJSONSchema(runSchema, { target: 'draft-2020-12' });
  const head = {
    $schema: schema.$schema,
    $id: `urn:${reportVersion.replace('/', ':report:')}`,
    title: 'A run of flatnet',
  };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}
