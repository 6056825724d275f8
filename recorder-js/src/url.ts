// What of a URL may leave the browser: where, never with what. Queries and fragments
// carry tokens, searches and addresses; a few named parameters can be kept.

const EMAIL = /[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+/gi;
const TOKEN = /\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*|\bbearer\s+[\w.~+/-]{8,}=*/gi;
const CARD = /\b\d(?:[ -]?\d){13,18}\b/g;
/** An address with a query; the line and column that a stack puts behind it are kept. */
const URL_QUERY = /(\bhttps?:\/\/[^\s?#"'<>]+)[?#][^\s"'<>)]*?((?::\d+){0,2})(?=[\s"'<>)]|$)/gi;

/** Returns the URL without query, fragment, user and password; of mailto:, tel:, data: and the like only the scheme. */
export function cleanUrl(url: string, keepParams: readonly string[] = [], base?: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url, base);
  } catch {
    return redact(url.replace(/[?#].*$/s, ""));
  }
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:" && parsed.protocol !== "file:") return parsed.protocol;
  const kept = new URLSearchParams();
  for (const name of keepParams) {
    for (const value of parsed.searchParams.getAll(name)) kept.append(name, value);
  }
  const query = kept.toString();
  const origin = parsed.protocol === "file:" ? "file://" : parsed.origin;
  return origin + parsed.pathname.replace(EMAIL, "[email]") + (query ? "?" + query : "");
}

/** Takes e-mail addresses, card numbers, tokens and URL queries out of free text such as a log line or a stack. */
export function redact(text: string): string {
  return text
    .replace(URL_QUERY, "$1$2")
    .replace(TOKEN, "[token]")
    .replace(EMAIL, "[email]")
    .replace(CARD, (digits) => (luhn(digits.replace(/\D/g, "")) ? "[card]" : digits));
}

/** The check digit, which tells a card number from most other long numbers. */
function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    let d = Number(digits[digits.length - 1 - i]);
    if (i % 2 === 1 && (d *= 2) > 9) d -= 9;
    sum += d;
  }
  return sum % 10 === 0;
}

/** Cuts a text to n characters, saying so, without cutting a surrogate pair in two. */
export function cap(text: string, n: number): string {
  if (text.length <= n) return text;
  const cut = text.slice(0, n - 1);
  return (/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut) + "…";
}
