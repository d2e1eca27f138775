/**
 * Jepsen's log of a register, one event a line, fields separated by tabs:
 * `INFO  jepsen.util - PROCESS<tab>:invoke|:ok|:fail|:info<tab>:read|:write|:cas<tab>VALUE`.
 * A compare-and-set's value is `[expected new]`; one that failed did not apply, because the register held
 * something else; `:info` means that the outcome is unknown; other failures did not happen.
 */
import { EdnReader, plainValue } from './edn.ts';
import { Pairing } from './pairing.ts';
import { FormatError, excerpt, linesOf, type RecordedHistory } from './recorded.ts';

const lineShape = /^INFO\s+jepsen\.util - (\S+)\s+:(\w+)\s+:([\w-]+)\s+(.*)$/;

export function parseJepsenLog(text: string): RecordedHistory {
  const pairing = new Pairing();
  linesOf(text).forEach((entry, time) => {
    const { line } = entry;
    const match = lineShape.exec(entry.text);
    if (match === null)
      throw new FormatError(
        line,
        `expected "INFO  jepsen.util - PROCESS :TYPE :OPERATION VALUE", found ${excerpt(entry.text)}`,
      );
    const [, name, type, op, rest] = match as unknown as [string, string, string, string, string];
    if (name === ':nemesis') {
      pairing.annotate({ text: `${op} ${rest}`, startTime: time, lane: 'nemesis' });
      return;
    }
    if (!/^\d+$/.test(name)) throw new FormatError(line, `expected the number of a process, found ${excerpt(name)}`);
    if (op !== 'read' && op !== 'write' && op !== 'cas')
      throw new FormatError(line, `expected :read, :write or :cas, found :${op}`);
    const process = Number(name);
    switch (type) {
      case 'invoke':
        pairing.invoke(process, time, line, invocation(op, rest, line));
        break;
      case 'ok':
        pairing.complete(process, time, line, op, op === 'read' ? valueOf(rest, line) : op === 'cas' ? true : null);
        break;
      case 'fail':
        if (op === 'cas') pairing.complete(process, time, line, op, false);
        else pairing.fail(process, line, op);
        break;
      case 'info':
        pairing.giveUp(process, line, op);
        break;
      default:
        throw new FormatError(line, `expected :invoke, :ok, :fail or :info, found :${type}`);
    }
  });
  return pairing.history();
}

function valueOf(text: string, line: number): unknown {
  const value = plainValue(new EdnReader(text, line).read());
  if (value !== null && typeof value !== 'number')
    throw new FormatError(line, `expected a number or nil, found ${excerpt(text)}`);
  return value;
}

function invocation(op: string, text: string, line: number): { op: string; value?: unknown; expected?: unknown } {
  if (op === 'read') return { op };
  if (op === 'write') return { op, value: valueOf(text, line) };
  const pair = plainValue(new EdnReader(text, line).read());
  if (!Array.isArray(pair) || pair.length !== 2)
    throw new FormatError(line, `expected a pair [expected new], found ${excerpt(text)}`);
  return { op, expected: pair[0], value: pair[1] };
}
