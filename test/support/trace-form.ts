/** Our own reading of the form of etcd's trace validation (docs/specification.md), held against lines. */
export interface TraceLine {
  readonly tag: string;
  readonly event: {
    readonly name: string;
    readonly nid: string;
    readonly role: string;
    readonly log: number;
    readonly conf: readonly (readonly string[])[];
    readonly state: { readonly term: number; readonly vote: string; readonly commit: number };
    readonly msg?: Readonly<Record<string, unknown>> & { readonly from: string; readonly to: string };
  };
}

/** What is wrong with a trace, line by line: its form, and what must hold between lines. */
export function flawsOf(lines: readonly TraceLine[]): readonly string[] {
  const flaws: string[] = [];
  const pending = new Map<string, string[]>();
  const underWay = new Set<string>();
  const last = new Map<string, string>();
  lines.forEach(({ tag, event }, at) => {
    const { name, nid, role, state, log, conf, msg } = event;
    const wrong = (what: string): void => void flaws.push(`line ${at + 1}, ${name} of ${nid}: ${what}`);
    if (tag !== 'trace') wrong(`the tag is ${tag}`);
    if (!/^[1-9]$/.test(nid)) wrong('the node does not count from 1');
    if (!/^State(Follower|Candidate|Leader)$/.test(role)) wrong(`the role is ${role}`);
    if (conf.length !== 2) wrong('the configuration is no pair');
    if ((msg === undefined) === /^(Send|Receive)/.test(name))
      wrong('a message where there is none, or none where there is one');
    if (state.commit > log) wrong(`commit ${state.commit} is behind the log's end ${log}`);
    const now = JSON.stringify([state, role, log]);
    const text = JSON.stringify(msg);
    if (name.startsWith('Receive')) {
      if (msg!.to !== nid) wrong(`the message is for ${msg!.to}`);
      if (!underWay.has(text)) wrong(`nobody sent it, or it has not left its node: ${text}`);
      if (last.get(nid) !== now) wrong(`the state is ${now}, and the line before told ${last.get(nid)}`);
    }
    if (name.startsWith('Send')) {
      if (msg!.from !== nid) wrong(`the message is from ${msg!.from}`);
      pending.set(nid, [...(pending.get(nid) ?? []), text]);
    }
    if (name === 'Ready') {
      for (const one of pending.get(nid) ?? []) underWay.add(one);
      pending.delete(nid);
    }
    last.set(nid, now);
  });
  return flaws;
}
