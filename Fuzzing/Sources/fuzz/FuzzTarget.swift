// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Something that takes any bytes, and what must hold whatever they are.
protocol FuzzTarget: AnyObject {
    init() throws
    /// Takes one input; ends the process where something does not hold, which is how libFuzzer keeps the input.
    func take(_ input: UnsafeRawBufferPointer) throws
}

/// Ends the process with a sentence where something does not hold.
func expect(_ isSo: Bool, _ sentence: @autoclosure () -> String, line: Int = #line, file: String = #fileID) {
    if !isSo { fatalError("\(file):\(line): \(sentence())") }
}
