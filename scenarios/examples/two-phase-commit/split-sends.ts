/**
 * The bug `forgetsDecision` on a network that loses nothing, where nobody falls but the coordinator: some of what a
 * step says has left and the rest has not, or all of it or none.
 */
import { defineRegistry, defineScenario, type OwnScenario } from 'whitewater/own';
import { chaos } from './whitewater.config.ts';

const [ms, downMs] = [1000, 150];

/** The same plans but for the moment at which the coordinator falls. */
const falling = (name: string, moment: 'sending' | 'now' | 'answered' | 'writeKept'): OwnScenario =>
  defineScenario(chaos.system, {
    name,
    draw(seed) {
      const plan = chaos.draw(seed);
      const lateUs = { min: 0, max: 0 };
      return {
        ...plan,
        settings: { ...chaos.system.plainSettings, bug: 'forgetsDecision' },
        network: { delayUs: { min: 1 * ms, max: 2 * ms }, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0, lateUs },
        faults: [1, 2, 3, 4, 5, 6].map((eighths) => {
          const atUs = Math.floor((eighths * plan.stormUs) / 8);
          return { kind: 'crash', atUs, restartUs: atUs + downMs * ms, nodes: [0], moment };
        }),
      };
    },
  });

export const registry = defineRegistry(import.meta.url, [
  falling('among-its-words', 'sending'), falling('between-steps', 'now'), falling('behind-an-answer', 'answered'),
  falling('behind-a-write', 'writeKept'),
]);
