/**
 * Each rule of the specification, taken out: what breaks, or why nothing does. docs/specification.md has the table.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { allRules } from '../../../checkers/spec/receive.ts';
import { termUpdatedFirst } from '../../../checkers/spec/election.ts';
import type { Rule } from '../../../checkers/spec/rule.ts';
import { StepJudge } from '../../../checkers/spec/step.ts';
import { randomSearch } from '../../../harness/explore/random-search.ts';
import type { Problem } from '../../../harness/explore/model.ts';
import { RaftSpec, type SpecAction, type State } from '../../../scenarios/protocols/raft-spec-model.ts';
import { stepOf, walkedSteps, type WalkedStep } from './walks.ts';
import { bounds, findings, scripts } from './without.ts';

const clock = (): number => 0;

interface Written {
  /** By the last step; nothing may break before. */
  readonly broken: readonly string[];
  readonly steps: readonly WalkedStep[];
}

/** A run that is written out. */
function written(name: string, without: readonly string[]): Written {
  const script = scripts[name]!;
  const model = new RaftSpec({ ...bounds, servers: script.servers, elections: 5, values: 4, without });
  let state = model.initialStates()[0]!;
  let broken: readonly string[] = [];
  const steps: WalkedStep[] = [];
  for (const [at, words] of script.steps.entries()) {
    expect(broken, `before ${words}`).toEqual([]);
    const action = model.actions(state).find((one) => model.describeAction(one).startsWith(words));
    if (action === undefined) return { broken: [`step ${at + 1} is not possible: ${words}`], steps };
    const next = model.next(state, action);
    broken = brokenIn(model, state, action, next);
    steps.push(stepOf(state, action, next));
    state = next;
  }
  return { broken, steps };
}

function brokenIn(model: RaftSpec, before: State, action: SpecAction, after: State): readonly string[] {
  const broken: string[] = [];
  for (const property of model.properties) {
    let problem: Problem | null = null;
    if (property.kind === 'always') problem = property.check(after);
    if (property.kind === 'always-step') problem = property.check(before, action, after);
    if (problem !== null) broken.push(property.name);
  }
  return broken;
}

const walks = (name: string, count: number, given = {}) =>
  randomSearch(new RaftSpec({ ...bounds, ...given, without: [name] }), {
    clock,
    seed: '1',
    walks: count,
    maxSteps: 150,
  });

test('every rule is in the table, and nothing else', () => {
  expect(Object.keys(findings).sort()).toEqual(allRules.map(({ name }) => name).sort());
});

describe('without it', () => {
  const of = (kind: string) => Object.entries(findings).filter(([, finding]) => finding.kind === kind);

  test.each(of('walk'))('%s: a walk breaks a property', async (name, finding) => {
    if (finding.kind !== 'walk') return;
    const result = await walks(name, 2_000, finding.bounds);
    const broken = result.properties.filter(({ verdict }) => verdict === 'violated');
    expect([broken.map((property) => property.name).join(', '), broken[0]?.path?.actions.length]).toEqual([
      finding.property,
      finding.actions,
    ]);
  });

  test.each(of('script'))('%s: a run that is written out breaks a property', (name, finding) => {
    if (finding.kind !== 'script') return;
    const { broken } = written(finding.script, [name]);
    expect(broken, broken.join(', ')).toContain(finding.property);
    expect(written(finding.script, []).broken).not.toContain(finding.property);
  });

  test.each(of('safe'))('%s: nothing breaks on 100 walks', async (name) => {
    const result = await walks(name, 100, { isJoined: false });
    expect(result.properties.filter(({ verdict }) => verdict === 'violated').map((property) => property.name)).toEqual(
      [],
    );
  });
});

/** The first step that the judge refuses, on a run or on walks without the rule. */
function refusalWithout(name: string): string | null {
  const finding = findings[name]!;
  const given = finding.kind === 'walk' ? finding.bounds : {};
  const servers = finding.kind === 'script' ? scripts[finding.script]!.servers : (given?.servers ?? bounds.servers);
  const steps =
    finding.kind === 'script'
      ? written(finding.script, [name]).steps
      : walkedSteps(
          { ...bounds, ...given, isEager: false, isJoined: name !== termUpdatedFirst.name, without: [name] },
          30,
          150,
        );
  const judge = new StepJudge({ servers });
  for (const step of steps) {
    const refusal = judge.judge(step);
    if (refusal !== null) return refusal.action;
  }
  return null;
}

describe('the judge of steps, which has the rule, refuses a step without it', () => {
  test.each(Object.entries(findings))('%s', (name, finding) => {
    const isUnseen = finding.kind === 'safe' && finding.isUnseen;
    expect(refusalWithout(name) === null).toBe(isUnseen);
  });
});

/** A row of the table in docs/specification.md. */
function rowOf({ name, section }: Rule): string {
  const finding = findings[name]!;
  const seen = finding.kind === 'safe' && finding.isUnseen ? 'no step differs' : 'refused';
  if (finding.kind === 'safe') return `| ${name} | ${section} | safe: ${finding.why} | ${seen} |`;
  const how =
    finding.kind === 'walk'
      ? `a walk of ${finding.actions} actions`
      : `the run "${finding.script}" of ${scripts[finding.script]!.steps.length} actions`;
  return `| ${name} | ${section} | ${finding.property}: ${how} | ${seen} |`;
}

test('docs/specification.md has the table', () => {
  const lines = readFileSync(new URL('../../../docs/specification.md', import.meta.url), 'utf8').split('\n');
  expect(lines.filter((line) => /^\| \w+: /.test(line))).toEqual(allRules.map(rowOf));
});

test('with all of them nothing breaks on 300 walks', async () => {
  const result = await walks('', 300);
  expect(result.properties.filter(({ verdict }) => verdict === 'violated').map((property) => property.name)).toEqual(
    [],
  );
  expect(result.end).toBe('walks-done');
});
