/*
Copyright (c) 2026, oncall.pagerduty contributors
GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
*/
// Shows changes as they happen, but leaves alone what somebody is choosing or marking.
const inUse = (part) =>
  !getSelection().isCollapsed ||
  part.contains(document.activeElement?.closest("select, input")) ||
  [...part.querySelectorAll("select")].some((each) => !each.selectedOptions[0].defaultSelected);

const renew = (part, fresh) => {
  if (!fresh || fresh.innerHTML === part.innerHTML || inUse(part)) return;
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const same = (each) => each.id === focused.id && each.getAttribute("href") === focused.getAttribute("href");
  part.replaceChildren(...fresh.childNodes);
  if (focused && focused !== part) [...part.querySelectorAll("a, button")].find(same)?.focus({preventScroll: true});
};

setInterval(async () => {
  const response = document.hidden ? null : await fetch(location.href, {headers: {Accept: "text/html"}}).catch(() => null);
  if (!response) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  document.title = page.title;
  document.querySelectorAll("[data-live]").forEach((part) => renew(part, page.getElementById(part.id)));
}, 1000);
