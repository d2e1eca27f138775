/** Clocks that run at a wrong rate, drift, or jump: the timers of a node stretch with its clock. */
import type { ClockRate, ClockDrift, ClockJump } from '../plan/faults/clocks.ts';
import type { Begin } from './breakable.ts';

const driftStepUs = 50_000;

export const clockRate: Begin<ClockRate> = ({ ratePer1000 }, struck, world) => {
  for (const one of struck) world.machines[one]!.clock = { ratePer1000, kind: 'clockRate' };
  return () => {
    for (const one of struck) world.machines[one]!.clock = null;
  };
};

export const clockDrift: Begin<ClockDrift> = ({ fromUs, untilUs, ratePer1000: last }, struck, world) => {
  let isOver = false;
  const drift = (): void => {
    if (isOver) return;
    const part = Math.min(
      1000, Math.floor(((world.nowUs - fromUs + driftStepUs) * 1000) / Math.max(1, untilUs - fromUs)),
    );
    const ratePer1000 = 1000 + Math.trunc(((last - 1000) * part) / 1000);
    for (const one of struck) world.machines[one]!.clock = { ratePer1000, kind: 'clockDrift' };
    world.at(world.nowUs + driftStepUs, drift);
  };
  drift();
  return () => {
    isOver = true;
    for (const one of struck) world.machines[one]!.clock = null;
  };
};

export const clockJump: Begin<ClockJump> = ({ byUs }, struck, world) => {
  for (const one of struck) if (world.machines[one]!.jumpClock(byUs, 'clockJump')) world.accounts.fired('clockJump');
  return () => {};
};
