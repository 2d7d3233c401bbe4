/** Elements. Text only ever enters the page as text nodes, so markup in a document stays text. */

const isGiven = (value) => value !== null && value !== undefined && value !== false;

/**
 * An element with properties and children.
 *
 * @param {string} tag "p", or with classes "p.muted.small"
 * @param {Object} attributes `on` holds listeners; true sets an empty one; null, undefined and false none
 * @param {...(Node|string|null|undefined|false)} children strings become text nodes
 */
export function element(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  node.classList.add(...classes);
  const { on = {}, ...rest } = attributes;
  for (const [key, value] of Object.entries(rest)) {
    if (isGiven(value)) node.setAttribute(key, value === true ? "" : value);
  }
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  node.append(...children.filter(isGiven));
  return node;
}

/** Text of a question, a document or an answer: its direction follows its first strong letter. */
export function foreign(tag, text, attributes = {}) {
  return element(tag, { dir: "auto", ...attributes }, text);
}

/** A link that opens in a new tab without handing this page to it. */
export function newTabLink(href, ...children) {
  return element("a", { href, target: "_blank", rel: "noopener" }, ...children);
}

/** `nodes` with a separator between them. */
export function joined(nodes, separator) {
  return nodes.flatMap((node, index) => (index ? [separator, node] : [node]));
}
