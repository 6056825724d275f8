// What a site puts into its pages to be recorded.

export function scriptTag(origin: string, key: string): string {
  return `<script async src="${origin}/afterimage.js" data-key="${key}"></script>`;
}

export function npmSnippet(origin: string, key: string): string {
  return `npm install @afterimage/recorder

import * as afterimage from '@afterimage/recorder';

afterimage.init({ endpoint: '${origin}', key: '${key}' });`;
}

export const askSnippet = `await afterimage.feedback.submit({
  kind: 'nps', score: 2, text: 'The pay button does nothing',
});`;
