// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One tab of a Chromium without a window, driven over its two pipes; used from one thread.
final class BrowserTab {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What the page complained of: errors of its console and of its script, refused requests.
    private(set) var complaints: [String] = []
    /// Every address that it asked for.
    private(set) var requests: [String] = []
    /// Pages that were loaded to their end.
    private var loads = 0
    private let processID: pid_t
    private let input: Int32
    private let output: Int32
    private let profile: String
    private var session: String?
    private var lastID = 0
    private var rest: [UInt8] = []

    init(_ browser: Browser) throws {
        profile = NSTemporaryDirectory() + "tab-\(UUID().uuidString)"
        var toBrowser: [Int32] = [0, 0]
        var fromBrowser: [Int32] = [0, 0]
        guard pipe(&toBrowser) == 0, pipe(&fromBrowser) == 0 else { throw Failure(description: "no pipes") }
        input = toBrowser[1]
        output = fromBrowser[0]
        processID = try Self.spawn(browser.path, profile, reads: toBrowser[0], writes: fromBrowser[1])
        close(toBrowser[0])
        close(fromBrowser[1])
        let target = try call("Target.createTarget", ["url": "about:blank"])
        let attached = try call(
            "Target.attachToTarget",
            ["targetId": target["targetId"] as? String ?? "", "flatten": true]
        )
        session = attached["sessionId"] as? String
        for domain in ["Page", "Runtime", "Network", "Log"] { _ = try call("\(domain).enable") }
    }

    deinit {
        close(input)
        kill(processID, SIGKILL)
        var status: Int32 = 0
        waitpid(processID, &status, 0)
        close(output)
        try? FileManager.default.removeItem(atPath: profile)
    }

    private static func spawn(_ path: String, _ profile: String, reads: Int32, writes: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Chromium reads commands from file 3 and writes to file 4; by way of high numbers, as these may be either.
        posix_spawn_file_actions_adddup2(&actions, reads, 1_000)
        posix_spawn_file_actions_adddup2(&actions, writes, 1_001)
        posix_spawn_file_actions_adddup2(&actions, 1_000, 3)
        posix_spawn_file_actions_adddup2(&actions, 1_001, 4)
        for number in [0, 1, 2] as [Int32] {
            posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
        }
        for number in 5..<Int32(1_024) { posix_spawn_file_actions_addclose(&actions, number) }
        let arguments = [
            path, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-extensions", "--disable-component-update", "--user-data-dir=\(profile)",
            "--remote-debugging-pipe",
        ]
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] =
            ProcessInfo.processInfo.environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var processID = pid_t()
        let code = posix_spawn(&processID, path, &actions, nil, &words, &variables)
        guard code == 0 else { throw Failure(description: "\(path): \(String(cString: strerror(code)))") }
        return processID
    }

    /// Calls a method of the browser and waits for its answer.
    @discardableResult
    func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
        lastID += 1
        var message: [String: Any] = ["id": lastID, "method": method, "params": parameters]
        if let session { message["sessionId"] = session }
        let bytes = Array(try JSONSerialization.data(withJSONObject: message)) + [0]
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { write(input, $0.baseAddress.map { $0 + sent }, bytes.count - sent) }
            guard count > 0 else { throw Failure(description: "the browser hears nothing") }
            sent += count
        }
        while true {
            let answer = try nextMessage()
            guard answer["id"] as? Int == lastID else {
                note(answer)
                continue
            }
            if let error = answer["error"] { throw Failure(description: "\(method): \(error)") }
            return answer["result"] as? [String: Any] ?? [:]
        }
    }

    private func nextMessage() throws -> [String: Any] {
        while true {
            if let end = rest.firstIndex(of: 0) {
                let message = Data(rest[..<end])
                rest.removeSubrange(...end)
                return try JSONSerialization.jsonObject(with: message) as? [String: Any] ?? [:]
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = read(output, &buffer, buffer.count)
            guard count > 0 else { throw Failure(description: "the browser ended") }
            rest += buffer[..<count]
        }
    }

    private func note(_ event: [String: Any]) {
        let parameters = event["params"] as? [String: Any] ?? [:]
        switch event["method"] as? String {
        case "Network.requestWillBeSent":
            requests.append((parameters["request"] as? [String: Any])?["url"] as? String ?? "")
        case "Page.loadEventFired":
            loads += 1
        case "Runtime.exceptionThrown":
            complaints.append("\(parameters)")
        case "Log.entryAdded":
            complaints.append("\(parameters["entry"] ?? "")")
        case "Runtime.consoleAPICalled":
            complaints.append("\(parameters["args"] ?? "")")
        default: break
        }
    }

    /// Evaluates an expression, also one whose value is promised; its value as JSON would have it.
    @discardableResult
    func evaluate(_ expression: String) throws -> Any? {
        let answer = try call(
            "Runtime.evaluate",
            ["expression": expression, "awaitPromise": true, "returnByValue": true]
        )
        if let details = answer["exceptionDetails"] { throw Failure(description: "\(expression): \(details)") }
        return (answer["result"] as? [String: Any])?["value"]
    }

    /// Waits until a claim holds, looking again whenever the document changes.
    func wait(until claim: String) throws {
        try evaluate(
            """
            new Promise((done, fail) => {
              const look = () => { if (\(claim)) { watch.disconnect(); done(true); } };
              const watch = new MutationObserver(look);
              watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
              setTimeout(() => fail(new Error("in vain")), 20000);
              look();
            })
            """
        )
    }

    /// Presses and lets go of a key.
    func press(_ key: String, code: Int) throws {
        for type in ["keyDown", "keyUp"] {
            var parameters: [String: Any] = ["type": type, "key": key, "code": key, "windowsVirtualKeyCode": code]
            if key == "Enter", type == "keyDown" { parameters["text"] = "\r" }
            try call("Input.dispatchKeyEvent", parameters)
        }
    }

    /// Opens an address and waits for the page to be there.
    func open(_ url: String) throws {
        try call("Page.navigate", ["url": url])
        try evaluate(
            """
            new Promise(done => {
              if (document.readyState === "complete") done(); else addEventListener("load", () => done());
            })
            """
        )
    }

    /// Evaluates what leads to another page, and waits for that to be there.
    func follow(_ expression: String) throws {
        let before = loads
        try evaluate(expression)
        while loads == before { note(try nextMessage()) }
    }

    func use(width: Int, isDark: Bool) throws {
        try call(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600]
        )
        try call(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]]]
        )
    }
}
