/** The judge of steps against the specification's own steps: each is accepted, and what is not one is refused. */
import { describe, expect, test } from 'vitest';
import { StepJudge } from '../../../checkers/spec/step.ts';
import { walkedSteps, wide } from './walks.ts';

describe("the specification's own steps are accepted", () => {
  test.each([
    ['joined', { ...wide }],
    ['one action a step', { ...wide, isJoined: false }],
    ['five servers', { ...wide, servers: 5 }],
  ])('%s', (_, bounds) => {
    const judge = new StepJudge({ servers: bounds.servers, isPrompt: bounds.isJoined });
    const refused: string[] = [];
    const seen = new Map<string, number>();
    for (const step of walkedSteps(bounds, 40, 150)) {
      seen.set(step.action.name, (seen.get(step.action.name) ?? 0) + 1);
      const refusal = judge.judge(step);
      if (refusal !== null) refused.push(`${step.action.name}: ${refusal.detail}`);
    }
    expect([...new Set(refused)]).toEqual([]);
    console.log(seen);
  });
});
