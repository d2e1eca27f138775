/**
 * A function that a user gave, under the name that its author knows it by. One that throws says nothing of the protocol
 * and is no fault of the harness: the run ends with its name and place, as behind a drawing function that throws.
 */
import { SystemError } from '../system.ts';
import { thrownText } from '../text/thrown.ts';

/** @throws SystemError, from what it gives, in the place of whatever `given` throws */
export const named =
  <Asked extends readonly unknown[], Answer>(name: string, given: (...asked: Asked) => Answer) =>
  (...asked: Asked): Answer => {
    try {
      return given(...asked);
    } catch (error) {
      if (error instanceof SystemError) throw error;
      throw new SystemError(`${name} threw ${thrownText(error)}`);
    }
  };
