// A style sheet is imported for the bundler alone.
declare module '*.css';
