import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderPage } from './render.ts';

writeFileSync(join(import.meta.dirname, '../../../docs/telemetry.md'), renderPage());
