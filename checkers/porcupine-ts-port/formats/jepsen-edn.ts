/**
 * Jepsen's histories: EDN operation maps, one after the other or in one vector, with :process, :type, :f
 * and :value; others, such as :time and :index, are not needed, because maps come in the order in which
 * Jepsen saw them.
 *
 * :fail means that the operation did not happen, and it is left out (also a compare-and-set: it may have
 * failed for another reason than the value). :info means that the outcome is unknown. Processes that are
 * no numbers (:nemesis) become annotations. Values of jepsen.independent, [key value], give the key.
 */
import { Digits, EdnReader, keyName, plainValue, type Edn } from './edn.ts';
import { Pairing, type Invocation } from './pairing.ts';
import { FormatError, type RecordedHistory } from './recorded.ts';

interface Entry {
  readonly line: number;
  readonly map: ReadonlyMap<string, Edn>;
}

export function parseJepsenEdn(text: string): RecordedHistory {
  const entries = readEntries(text);
  const isKeyed = hasKeys(entries);
  const pairing = new Pairing();
  entries.forEach(({ line, map }, time) => {
    const process = map.get('process');
    const op = String(map.get('f') ?? '');
    if (op === '') throw new FormatError(line, 'expected :f, the name of the operation');
    if (process instanceof Digits)
      throw new FormatError(line, `expected the number of a process, found ${process.text}, which has too many digits`);
    if (typeof process !== 'number') {
      pairing.annotate({
        text: `${op} ${JSON.stringify(plainValue(map.get('value')))}`, startTime: time,
        lane: String(process ?? 'other'),
      });
      return;
    }
    const [key, value] = keyAndValue(map.get('value'), isKeyed, line);
    switch (String(map.get('type') ?? '')) {
      case 'invoke':
        pairing.invoke(process, time, line, {
          ...invocation(op, value, process, line), ...(key !== undefined && { key }),
        });
        break;
      case 'ok':
        pairing.complete(process, time, line, op, outputOf(op, plainValue(value)));
        break;
      case 'fail':
        pairing.fail(process, line, op);
        break;
      case 'info':
        pairing.giveUp(process, line, op);
        break;
      default:
        throw new FormatError(
          line, `:type must be :invoke, :ok, :fail or :info, found ${String(map.get('type') ?? 'none')}`,
        );
    }
  });
  return pairing.history();
}

function readEntries(text: string): Entry[] {
  const reader = new EdnReader(text);
  const entries: Entry[] = [];
  for (let line = reader.nextLine(); line !== undefined; line = reader.nextLine()) {
    const value = reader.read();
    for (const map of Array.isArray(value) ? value : [value]) {
      if (!(map instanceof Map))
        throw new FormatError(line, 'expected an operation map { :process ... :type ... :f ... :value ... }');
      entries.push({ line, map });
    }
  }
  return entries;
}

/** Whether every value is a pair that begins with a key; a compare-and-set's own value is a pair too. */
function hasKeys(entries: readonly Entry[]): boolean {
  let pairs = 0;
  for (const { map } of entries) {
    if (typeof map.get('process') !== 'number') continue;
    const value = map.get('value');
    if (!Array.isArray(value) || value.length !== 2) return false;
    if (String(map.get('f')) === 'cas' && !Array.isArray(value[1])) return false;
    if (String(map.get('f')) !== 'cas') pairs++;
  }
  return pairs > 0;
}

function keyAndValue(value: Edn | undefined, isKeyed: boolean, line: number): [string | undefined, Edn | undefined] {
  if (!isKeyed) return [undefined, value];
  if (!Array.isArray(value)) throw new FormatError(line, 'expected :value [key value], as the other operations have');
  return [keyName(value[0]!), value[1]];
}

function invocation(op: string, value: Edn | undefined, process: number, line: number): Invocation {
  switch (op) {
    case 'read':
    case 'dequeue':
    case 'pop':
      return { op };
    case 'acquire':
    case 'release':
      return { op, owner: process };
    case 'cas': {
      const pair = plainValue(value);
      if (!Array.isArray(pair) || pair.length !== 2)
        throw new FormatError(line, 'expected :value [expected new] of a :cas');
      return { op, expected: pair[0], value: pair[1] };
    }
    default:
      return { op, value: plainValue(value) };
  }
}

/** Of writes the outcome says nothing; a completed :cas was applied, a completed :acquire succeeded. */
function outputOf(op: string, value: unknown): unknown {
  if (op === 'read' || op === 'dequeue' || op === 'pop') return value;
  return op === 'cas' || op === 'acquire' || op === 'release' ? true : null;
}
