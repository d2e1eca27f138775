/** Processes that crash, crash again and again, stop for a time, or never come back. */
import type { Crash, CrashLoop, Pause, Gone } from '../plan/faults/processes.ts';
import type { Begin } from './breakable.ts';

export const crash: Begin<Crash> = (fault, struck, world) => {
  for (const one of struck) {
    // At a barrier, or behind an answer, it fires when that comes: see machine.ts.
    if (fault.moment === 'now' && world.machines[one]!.isUp) world.accounts.fired('crash');
    world.crash(one, fault.moment, fault.moment === 'now' ? 'crash' : null);
  }
  return () => struck.forEach((one) => world.restart(one));
};

export const crashLoop: Begin<CrashLoop> = ({ downUs, upUs }, struck, world) => {
  let isOver = false;
  const fall = (): void => {
    if (isOver) return;
    for (const one of struck) {
      if (world.machines[one]!.isUp) world.accounts.fired('crashLoop');
      world.crash(one, 'now', 'crashLoop');
    }
    world.at(world.nowUs + downUs, rise);
  };
  const rise = (): void => {
    if (isOver) return;
    for (const one of struck) world.restart(one);
    world.at(world.nowUs + upUs, fall);
  };
  fall();
  return () => {
    isOver = true;
    for (const one of struck) world.restart(one);
  };
};

export const pause: Begin<Pause> = (_fault, struck, world) => {
  for (const one of struck) {
    const machine = world.machines[one]!;
    if (!machine.isUp) continue;
    world.accounts.fired('pause');
    machine.pause();
  }
  return () => {
    for (const one of struck) if (world.machines[one]!.resume()) world.accounts.mattered('pause');
  };
};

export const gone: Begin<Gone> = (_fault, struck, world) => {
  for (const one of struck) {
    const machine = world.machines[one]!;
    if (machine.isUp) world.accounts.fired('gone');
    world.crash(one, 'now', 'gone');
    machine.isGone = true;
  }
  return () => {};
};
