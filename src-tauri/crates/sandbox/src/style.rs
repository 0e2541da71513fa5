//! How the stand-ins' pages look.

/// The style sheet of every page.
pub(crate) const STYLE: &str = "\
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b2430;--soft:#5b6776;--line:#e1e5ea;--link:#1a56b8;\
--new:#e5effc;--new-ink:#17498f;--run:#fdf0d7;--run-ink:#7a4b00;--done:#dff3e6;--done-ink:#14603a;--off:#e8eaed;--off-ink:#4b5563}\
@media(prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1a2029;--ink:#e4e9f0;--soft:#98a4b3;--line:#2b3440;--link:#8ab8ff;\
--new:#1b3050;--new-ink:#b5d3ff;--run:#3d2e12;--run-ink:#ffd899;--done:#15382a;--done-ink:#a4e5c3;--off:#2b323c;--off-ink:#b9c2cd}}\
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:14px/1.45 system-ui,-apple-system,'Segoe UI',sans-serif}\
header{display:flex;gap:1rem;align-items:baseline;padding:.75rem 1.25rem;border-bottom:1px solid var(--line);background:var(--card)}\
header a{font-weight:600;color:inherit;text-decoration:none}header span{color:var(--soft)}\
main{max-width:80rem;margin:0 auto;padding:1.25rem}h1{font-size:1.25rem;margin:0 0 .25rem;overflow-wrap:anywhere}h2{font-size:.95rem;margin:1.25rem 0 .5rem}\
a{color:var(--link)}.soft{color:var(--soft)}.num{text-align:right;font-variant-numeric:tabular-nums}\
table{width:100%;border-collapse:collapse;background:var(--card);border:1px solid var(--line);border-radius:8px;overflow:hidden}\
th,td{padding:.4rem .6rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}th{font-weight:600;color:var(--soft);font-size:.8rem}\
tr:last-child td{border-bottom:0}tbody tr:hover{background:color-mix(in srgb,var(--link) 6%,transparent)}td.subject{max-width:28rem;overflow-wrap:anywhere}td.time,td.name{white-space:nowrap}\
.chip{display:inline-block;padding:.05rem .5rem;border-radius:999px;font-size:.8rem;white-space:nowrap;background:var(--new);color:var(--new-ink)}\
.chip.run{background:var(--run);color:var(--run-ink)}.chip.done{background:var(--done);color:var(--done-ink)}.chip.off{background:var(--off);color:var(--off-ink)}\
.empty{padding:3rem 1rem;text-align:center;background:var(--card);border:1px dashed var(--line);border-radius:8px;color:var(--soft)}\
.record{display:grid;grid-template-columns:minmax(15rem,20rem) 1fr;gap:1.25rem}@media(max-width:52rem){.record{grid-template-columns:1fr}}\
dl{margin:0;padding:.75rem .9rem;background:var(--card);border:1px solid var(--line);border-radius:8px}dt{color:var(--soft);font-size:.78rem;margin-top:.5rem}dt:first-child{margin-top:0}dd{margin:0;overflow-wrap:anywhere}\
.html,.item{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.65rem .9rem;margin-bottom:.6rem;overflow-wrap:anywhere}\
.item header{all:unset;display:flex;gap:.6rem;flex-wrap:wrap;align-items:baseline;color:var(--soft);font-size:.82rem}.item h3{font-size:.92rem;margin:.2rem 0}\
.text{white-space:pre-wrap;overflow-wrap:anywhere}\
form.row{display:flex;gap:.5rem;align-items:end;flex-wrap:wrap;margin:.5rem 0}label{display:block;color:var(--soft);font-size:.8rem;margin:.4rem 0 .15rem}\
input,select,textarea,button{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:6px;padding:.35rem .55rem}\
textarea,.acts input:not([type=checkbox]),.acts select{width:100%}textarea{min-height:4.5rem;resize:vertical}button{cursor:pointer;background:var(--card);margin:.4rem .4rem 0 0}\
button:hover{border-color:var(--link)}:focus-visible{outline:2px solid var(--link);outline-offset:1px}label.check{display:flex;gap:.4rem;align-items:center}\
.acts details{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.4rem .9rem;margin-bottom:.5rem}summary{cursor:pointer;padding:.15rem 0}\
.note{background:var(--run);color:var(--run-ink);border-radius:8px;padding:.6rem .9rem;margin-bottom:.8rem;overflow-wrap:anywhere}";
