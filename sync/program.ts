import packageJson from '../package.json' with { type: 'json' };

/** Version of this program. Another one may open what this one could not. */
export const programVersion: string = packageJson.version;
