// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What makes a page hard to use, as far as a browser can tell.
extension BrowserTab {
    /// Texts that are hard to read, what has no name, ids given twice, and what does not fit the width.
    func faults(width: Int) throws -> [String] {
        var faults = try evaluate(Self.weakTexts) as? [String] ?? ["contrast is not known"]
        faults += try evaluate(Self.nameless) as? [String] ?? ["names are not known"]
        let doubled =
            #"[...document.querySelectorAll("[id]")].map(n => n.id).filter((id, i, all) => all.indexOf(id) < i)"#
        faults += try evaluate(doubled) as? [String] ?? ["ids are not known"]
        let used = try evaluate("document.documentElement.scrollWidth") as? Int ?? .max
        if used > width { faults.append("\(used) wide") }
        let headings = try evaluate("document.querySelectorAll('h1').length") as? Int
        if headings != 1 { faults.append("\(headings ?? 0) first headings") }
        return faults
    }

    private static let nameless = """
        [...document.querySelectorAll("a, svg, section, table, summary, button, input:not([type=hidden]), [role=region]")]
          .filter(node => {
            const by = node.getAttribute("aria-labelledby");
            const name = node.getAttribute("aria-label") || (by && document.getElementById(by)?.textContent)
              || node.textContent.trim() || node.labels?.[0]?.textContent.trim();
            return !name && node.getAttribute("aria-hidden") !== "true";
          }).map(node => node.outerHTML.slice(0, 80))
        """

    /// Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3), by the colours that the browser uses.
    private static let weakTexts = """
        (() => {
          const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const behind = node => {
            const box = node.closest("g.box");
            if (box) return parse(getComputedStyle(box.querySelector("rect")).fill);
            for (let at = node; at; at = at.parentElement) {
              const color = parse(getComputedStyle(at).backgroundColor);
              if (color.length === 3 || color[3] === 1) return color;
            }
            return [255, 255, 255];
          };
          const weak = new Set();
          for (const node of document.querySelectorAll("body *")) {
            const own = [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
            if (!own || !node.getClientRects().length || node.closest("title, .hidden, .skip")) continue;
            const style = getComputedStyle(node);
            const text = light(parse(node.closest("svg") ? style.fill : style.color));
            const back = light(behind(node));
            const ratio = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
            if (ratio < 4.5) weak.add(`${node.nodeName}.${node.getAttribute("class")} ${ratio.toFixed(2)}`);
          }
          return [...weak];
        })()
        """
}
