/**
 * Says which seed a scenario could not draw, and why. In a file of its own: the command line knows it before any plan.
 */
export class DrawError extends Error {
  override readonly name = 'DrawError';
}
