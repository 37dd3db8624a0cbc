import { argv, stdin } from 'node:process';
import { createInterface } from 'node:readline';
import { openDocument, type Provider } from '../../../sync/node.ts';

/**
 * `typists.ts RELAY DOCUMENT_ID PEOPLE`: as many people, each with a copy of their own. A line with a number on its standard
 * input has so many of them type, 0 has them rest. Prints `ready`, and the edits made so far at each rest.
 */
const [, , relayUrl = '', documentId = '', peopleText = ''] = argv;

/** A quick typist's pace. */
const keysPerSecond = 3;
/** Beyond what a window shows from the top on. */
const firstPlace = 4000;

const people: Provider[] = [];
for (let i = 0; i < Number(peopleText); i++) {
  const person = await openDocument({ relayUrl, document: documentId, name: `Typist ${i + 1}` });
  await person.whenLive();
  people.push(person);
}
let timers: NodeJS.Timeout[] = [];
let edits = 0;
process.stdout.write('ready\n');
for await (const line of createInterface({ input: stdin })) {
  for (const timer of timers) clearInterval(timer);
  timers = people.slice(0, Number(line)).map((person, i) => {
    const length = person.text.length - firstPlace;
    let at = firstPlace + Math.floor(((i + 0.5) * length) / people.length);
    return setInterval(() => {
      person.text.insert(Math.min(at, person.text.length), edits % 6 === 5 ? ' ' : 'e');
      at += 1;
      edits += 1;
    }, 1000 / keysPerSecond);
  });
  process.stdout.write(`${edits}\n`);
}
await Promise.all(people.map((person) => person.close()));
