const [firstSyllable, lastSyllable, perVowel] = [0xac00, 0xd7a3, 28];

/** A word with the particle that fits its last sound: the first after a consonant, the second after a vowel; both where the script does not tell. */
export function withJosa(word: string, afterConsonant: string, afterVowel: string): string {
  const letters = Array.from(word).filter((letter) => /[\p{L}\p{N}]/u.test(letter));
  const code = letters.at(-1)?.codePointAt(0) ?? 0;
  if (code < firstSyllable || code > lastSyllable) return `${word}${afterVowel}(${afterConsonant})`;
  return word + ((code - firstSyllable) % perVowel === 0 ? afterVowel : afterConsonant);
}
