import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProject } from './places.ts';

/** Fonts are no source of a script, so no source map names their packages. */
const fonts = ['@fontsource-variable/inter', '@fontsource/ia-writer-quattro'];

/** The licences of all packages in these parts of `dist/`, as one text to give to people with them. */
export async function licencesOf(parts: readonly string[]): Promise<string> {
  const names = new Set(parts.includes('renderer') ? fonts : []);
  for (const part of parts) {
    const files = await readdir(inProject('dist', part), { recursive: true });
    for (const file of files.filter((each) => each.endsWith('.js.map'))) {
      const map = JSON.parse(await readFile(inProject('dist', part, file), 'utf8'));
      const sources: readonly string[] = map.sources;
      for (const source of sources) {
        const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source.replaceAll('\\', '/')) ?? [];
        if (name !== undefined) names.add(name);
      }
    }
  }
  const texts = await Promise.all([...names].sort().map(licenceOf));
  return `What Inkroom contains besides its own code, and under which licences.\n\n${texts.join('\n')}`;
}

async function licenceOf(name: string): Promise<string> {
  const folder = inProject('node_modules', name);
  const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((each) => /^licen[cs]e(\.|$)/iu.test(each));
  const text = file === undefined ? '' : `\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`;
  return `== ${name} ${version} (${license})\n${text}`;
}
