/** Style sheets are for their effect: the bundler gathers them into one file. */
declare module '*.css';
/** The address of a file that is loaded by name: a script of its own, a style sheet, a font. */
declare module '*?worker&url' {
  const address: string;
  export default address;
}
declare module '*?url' {
  const address: string;
  export default address;
}
