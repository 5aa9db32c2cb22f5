// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Inspection

/// The page that asks once before something is done to a record, and says what became of it.
struct ActionPage {
    let action: RecordAction

    init(_ action: RecordAction) { self.action = action }

    /// The question, short.
    var title: String { "\(action.word.prefix(1).uppercased())\(action.word.dropFirst())?" }

    /// The question with the means to say yes; `refusal`: why the last answer was not taken.
    func question(refusal: String? = nil) -> String {
        section { html in
            html.element("p", action.reach)
            if let refusal { html.element("p", ["class": "refusal", "role": "alert"], "Not done: \(refusal)") }
            html.element("form", ["method": "post", "action": "/act", "class": "ask"]) { html in
                hidden("do", action.word, to: &html)
                switch action {
                case .order: hidden("pair", action.subject, to: &html)
                case .replay: hidden("place", action.subject, to: &html)
                }
                html.element("label") { html in
                    html.write("Token for actions ")
                    html.open(
                        "input",
                        ["type": "password", "name": "token", "autocomplete": "off", "required": ""]
                    )
                }
                html.element("p", ["class": "buttons"]) { html in
                    html.element("button", ["type": "submit"], "Yes, \(action.word)")
                    html.element("a", ["href": back(), "class": "button"], "No")
                }
            }
        }
    }

    /// What became of it.
    func html(notice: String, leadsBack: Bool = false, nowMs: Int64? = nil) -> String {
        section { html in
            html.element("p", ["role": "status"], notice)
            guard leadsBack else { return }
            html.element("p") { html in
                html.element("a", ["href": back(nowMs)], action.isReplay ? "To the dead letters" : "To the record")
            }
        }
    }

    /// For a number that is not remembered.
    static func forgotten(_ number: Int) -> String {
        var html = HTMLText()
        html.element("section") { html in
            html.element("h2", "Not known")
            html.element("p", "What became of number \(number) is no longer remembered; the log has it.")
        }
        return html.text
    }

    private func section(_ body: (inout HTMLText) -> Void) -> String {
        var html = HTMLText()
        html.element("section", ["aria-labelledby": "question"]) { html in
            html.element("h2", ["id": "question"]) { html in
                html.write(action.isReplay ? "Replay the dead letter at " : "\(title.dropLast()) ")
                html.name(action.subject)
                html.write("?")
            }
            body(&html)
        }
        return html.text
    }

    private func hidden(_ name: String, _ value: String, to html: inout HTMLText) {
        html.open("input", ["type": "hidden", "name": name, "value": value])
    }

    /// Where it was asked from; with a time, as it stands after that.
    private func back(_ nowMs: Int64? = nil) -> String {
        if action.isReplay { return "/#dead-letters" }
        return "/records?q=\(action.subject.inQuery)" + (nowMs.map { "&since=\($0)" } ?? "")
    }
}

extension RecordAction {
    var isReplay: Bool {
        if case .replay = self { true } else { false }
    }
}
