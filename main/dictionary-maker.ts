import { readFileSync, writeFileSync } from 'node:fs';
import { unusableCode } from './dictionaries.ts';
import { convertDictionary } from './hunspell-dictionary.ts';

// A process of its own: making a dictionary of 150,000 words keeps a core busy for a second or more.
const [aff = '', dic = '', target = ''] = process.argv.slice(2);
try {
  writeFileSync(target, converted(readFileSync(aff), readFileSync(dic)));
} catch (error) {
  process.stderr.write(`dictionary ${dic}: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode ??= 1;
}
process.exit();

function converted(...files: Parameters<typeof convertDictionary>): Uint8Array {
  try {
    return convertDictionary(...files);
  } catch (error) {
    process.exitCode = unusableCode;
    throw error;
  }
}
