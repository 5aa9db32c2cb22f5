// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The services that watch fit the ones that are watched, and the files of `Operations/`.
struct ComposeTests {
    @Test("Prometheus reads every worker and coordinator of the compose file, and nothing else")
    func targets() throws {
        let compose = try ProjectFile.text("docker-compose.yml")
        let services = try ProjectFile.matches(#"^  ([a-z-]+):\n    <<: \*worker$"#, in: compose)
        let configuration = try ProjectFile.text("Operations/prometheus.yml")
        let targets = try ProjectFile.matches(#"^ +- ([a-z-]+):8080$"#, in: configuration)
        #expect(services.count > 6)
        #expect(Set(targets) == Set(services) && targets.count == services.count)
    }

    @Test("files that are mounted are there, read-only, and ports are open on this machine only")
    func mounts() throws {
        let compose = try ProjectFile.text("docker-compose.yml")
        let mounted = try ProjectFile.matches(#"^ +- \./(\S+)$"#, in: compose)
        #expect(mounted.count >= 4)
        for mount in mounted {
            let parts = mount.split(separator: ":").map(String.init)
            #expect(parts.count == 3 && parts[2] == "ro", "\(mount)")
            #expect(FileManager.default.fileExists(atPath: "\(ProjectFile.folder)/\(parts[0])"), "\(mount)")
        }
        let ports = try ProjectFile.matches(#"^ +ports: \["(.*)"\]$"#, in: compose)
        #expect(ports.count == 4)
        for port in ports { #expect(port.hasPrefix("127.0.0.1:")) }
        for service in ["prometheus", "grafana"] {
            #expect(compose.contains("\n  \(service):\n    profiles: [observe]\n"))
        }
    }
}
