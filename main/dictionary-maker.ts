import { readFileSync, writeFileSync } from 'node:fs';
import { convertDictionary } from './hunspell-dictionary.ts';

// A process of its own: making a dictionary of 150,000 words keeps a core busy for a second or more.
const [aff = '', dic = '', target = ''] = process.argv.slice(2);
try {
  writeFileSync(target, convertDictionary(readFileSync(aff), readFileSync(dic)));
} catch (error) {
  process.stderr.write(`dictionary ${dic}: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
process.exit();
