/** As much of a browser's document as the page's script touches, so that its panels are read without a browser. */

type Content = PageElement | string;

export class PageElement {
  readonly tagName: string;
  className = '';
  hidden = false;
  disabled = false;
  title = '';
  id = '';
  scope = '';
  type = '';
  value = '';
  tabIndex = -1;
  scrollTop = 0;
  readonly scrollHeight = 1000;
  readonly clientHeight = 260;
  readonly style: Record<string, string> = {};
  readonly dataset: Record<string, string> = {};
  readonly attributes = new Map<string, string>();
  childNodes: Content[] = [];
  private readonly listeners: (() => void)[] = [];

  constructor(tagName: string) {
    this.tagName = tagName;
  }

  get textContent(): string {
    return this.childNodes.map((one) => (typeof one === 'string' ? one : one.textContent)).join('');
  }

  set textContent(text: string) {
    this.childNodes = text === '' ? [] : [text];
  }

  get firstChild(): Content | undefined {
    return this.childNodes[0];
  }

  get options(): readonly PageElement[] {
    return this.childNodes.filter((one) => typeof one !== 'string');
  }

  append(...more: readonly Content[]): void {
    this.childNodes.push(...more);
  }

  replaceChildren(...others: readonly Content[]): void {
    this.childNodes = [...others];
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  addEventListener(_what: string, act: () => void): void {
    this.listeners.push(act);
  }

  click(): void {
    for (const act of this.listeners) act();
  }

  /** All within it that are of a kind, in order. */
  all(tagName: string): readonly PageElement[] {
    return this.options.flatMap((one) => [...(one.tagName === tagName ? [one] : []), ...one.all(tagName)]);
  }

  /** As lines: a row of a table or of a list each, cells apart by bars, classes that say something in brackets. */
  lines(): readonly string[] {
    if (this.tagName === 'tr')
      return [
        `${mark(this.className)}${this.options.map((one) => `${mark(one.className)}${one.textContent}`).join(' | ')}`,
      ];
    const hasLines = ['tr', 'li', 'p', 'h3'].some((tagName) => this.all(tagName).length > 0);
    return hasLines
      ? this.options.flatMap((one) => one.lines())
      : this.childNodes.length === 0
        ? []
        : [`${mark(this.className)}${this.textContent}`];
  }
}

const mark = (className: string): string => (className === '' ? '' : `[${className}] `);

export class PageDocument {
  readonly elements = new Map<string, PageElement>();

  constructor(data: string) {
    this.getElementById('data').textContent = data;
  }

  getElementById(id: string): PageElement {
    const known = this.elements.get(id) ?? new PageElement('div');
    this.elements.set(id, known);
    return known;
  }

  createElement(tagName: string): PageElement {
    return new PageElement(tagName);
  }

  createTextNode(text: string): string {
    return text;
  }
}
