/**
 * The key/value logs of Porcupine's test data: EDN maps, one a line, with :process, :type (:invoke or :ok;
 * also :fail, did not happen, and :info, outcome unknown), :f (:get, :put or :append), :key and :value.
 */
import { EdnReader, plainValue, type Edn } from './edn.ts';
import { Pairing } from './pairing.ts';
import { FormatError, excerpt, linesOf, type RecordedHistory } from './recorded.ts';

export function parsePorcupineLog(text: string): RecordedHistory {
  const pairing = new Pairing();
  linesOf(text).forEach((entry, time) => {
    const { line } = entry;
    const map = new EdnReader(entry.text, line).read();
    if (!(map instanceof Map)) throw new FormatError(line, `expected a map { }, found ${excerpt(entry.text)}`);
    const process = map.get('process');
    const op = String(map.get('f') ?? '');
    const key = plainValue(map.get('key'));
    if (typeof process !== 'number') throw new FormatError(line, ':process must be a number');
    if (!['get', 'put', 'append'].includes(op))
      throw new FormatError(line, `:f must be :get, :put or :append, found ${op === '' ? 'none' : `:${op}`}`);
    if (typeof key !== 'string') throw new FormatError(line, ':key must be a text');
    const value = map.get('value');
    const type = String(map.get('type') ?? '');
    switch (type) {
      case 'invoke':
        pairing.invoke(process, time, line, op === 'get' ? { op, key } : { op, key, value: textOf(value, line) });
        break;
      case 'ok':
        pairing.complete(process, time, line, op, op === 'get' ? textOf(value, line) : null);
        break;
      case 'fail':
        pairing.fail(process, line, op);
        break;
      case 'info':
        pairing.giveUp(process, line, op);
        break;
      default:
        throw new FormatError(
          line, `:type must be :invoke, :ok, :fail or :info, found ${type === '' ? 'none' : `:${type}`}`,
        );
    }
  });
  return pairing.history();
}

function textOf(value: Edn | undefined, line: number): string {
  if (typeof value !== 'string') throw new FormatError(line, ':value must be a text');
  return value;
}
