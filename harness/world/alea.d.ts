/** The one generator of seedrandom that is used: the whole package would load Node's `crypto` for a seed by chance. */
declare module 'seedrandom/lib/alea.js' {
  import seedrandom from 'seedrandom';
  const alea: typeof seedrandom.alea;
  export default alea;
}
