/** The picture of a history: one HTML file that needs nothing else. */
import type { Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import { pictureOf, type PictureOptions } from './picture.ts';

/**
 * Bars by client (those that have an operation in the window), the longest linearization drawn below them, the window
 * in which nothing fits shaded, states on hover, annotations on lanes of their own. It opens from disk, asks for
 * nothing over a network, and shows every value as text.
 */
export function renderHtml<S, I, O>(
  model: Model<S, I, O>, history: readonly Operation<I, O>[], options: PictureOptions,
): string {
  const picture = pictureOf(model, history, options);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escapeText(picture.title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>${escapeText(picture.title)}</h1>
<p id="summary">${escapeText(picture.summary)}</p>
<p id="also" hidden></p>
<div class="tools" role="toolbar" aria-label="View">
<button type="button" id="error" title="Key: e">Jump to the first error</button>
<button type="button" id="out" title="Key: -">Zoom out</button>
<button type="button" id="in" title="Key: +">Zoom in</button>
<button type="button" id="fit" title="Key: 0">Whole history</button>
<span class="legend"><i class="bar"></i>operation <i class="bar unknown"></i>outcome unknown <i class="bar core"></i>cannot all be true <i class="line"></i>linearization <i class="window"></i>no place here</span>
</div>
</header>
<main id="view"><div id="extent"></div><canvas id="canvas" tabindex="0" role="application" aria-label="History. Arrow keys go from operation to operation, plus and minus zoom, e jumps to the first error." aria-describedby="details"></canvas></main>
<footer id="details" aria-live="polite">Point at an operation, or focus the picture and use the arrow keys.</footer>
<div id="tip" role="tooltip" hidden></div>
<noscript>The picture is drawn by a script inside this file.</noscript>
<script type="application/json" id="data">${escapeScript(JSON.stringify(picture))}</script>
<script>${pageScript}</script>
</body>
</html>
`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * DEL, C1 and what turns the direction of a line: a value that holds one shows its number. Of C0 only ends of lines and
 * tabs do something in a page.
 */
const doers = /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const numberOf = (char: string): string => `u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

function escapeText(text: string): string {
  return text.replace(doers, (char) => `\\${numberOf(char)}`).replace(/[&<>"']/g, (char) => entities[char]!);
}

/** Inside a script element only `<` can end or change it; the two separators are no JSON everywhere. */
function escapeScript(json: string): string {
  return json
    .replace(doers, (char) => `\\\\${numberOf(char)}`)
    .replace(/[<>&\u2028\u2029]/g, (char) => `\\${numberOf(char)}`);
}
