export interface Piece {
  text: string;
  hit: boolean;
}

/** Cuts a text at its spans (code point offsets: start, end, start, end …) into marked and unmarked pieces. */
export function pieces(text: string, spans: readonly number[]): Piece[] {
  const letters = Array.from(text);
  const found: Piece[] = [];
  let at = 0;
  const add = (to: number, hit: boolean) => {
    if (to > at) found.push({ text: letters.slice(at, to).join(''), hit });
    at = Math.max(at, to);
  };
  for (let i = 0; i + 1 < spans.length; i += 2) {
    const start = Math.min(spans[i]!, letters.length);
    const end = Math.min(spans[i + 1]!, letters.length);
    add(start, false);
    add(end, true);
  }
  add(letters.length, false);
  return found;
}
