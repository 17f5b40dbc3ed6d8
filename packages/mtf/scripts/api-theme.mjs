import { MarkdownPageEvent, MarkdownTheme, MarkdownThemeContext } from "typedoc-plugin-markdown";

// The API reference is short. A signature says what is taken and given, so there are no lists of
// parameters and results; errors and examples stand below their function without headings.

/** Called by TypeDoc. */
export function load(app) {
  app.renderer.defineTheme("short", ShortTheme);
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = shortened(page.contents);
  });
}

class ShortTheme extends MarkdownTheme {
  getRenderContext(page) {
    return new ShortContext(this, page, this.application.options);
  }
}

class ShortContext extends MarkdownThemeContext {
  constructor(...given) {
    super(...given);
    const nothing = () => "";
    Object.assign(this.partials, {
      signatureReturns: nothing,
      inheritance: nothing,
      hierarchy: nothing,
    });
  }
}

function shortened(text) {
  return text
    .replaceAll(/^(#+ Examples?|\*\*Examples?\*\*)\n+/gm, "")
    .replaceAll(/^#+ Throws\n+/gm, "**Throws** ")
    .replaceAll(/^#+ Properties\n+/gm, "")
    .replaceAll(/^#+ (?:Type Declaration|Call Signature)\n+/gm, "")
    .replaceAll(/<a id="[^"]*"><\/a> /g, "")
    .replaceAll(/^\*\*\*\n+/gm, "")
    .replaceAll(/ +$/gm, "");
}
