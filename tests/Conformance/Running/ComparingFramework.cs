using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("Conformance.Running.ComparingFramework", "Conformance")]

namespace Conformance.Running;

/// <summary>
/// Compares a run against daprd with <c>ExpectedDifferences.txt</c>: a listed case that fails is reported as skipped with its reason, a
/// listed case that passes is reported as failed. On the embedded sidecar every case has to pass.
/// </summary>
public sealed class ComparingFramework(IMessageSink messages) : XunitTestFramework(messages)
{
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assembly, sources, diagnostics)
    {
        protected override void RunTestCases(
            IEnumerable<IXunitTestCase> testCases,
            IMessageSink executionMessageSink,
            ITestFrameworkExecutionOptions executionOptions
        ) =>
            base.RunTestCases(
                testCases,
                TestedSidecar.IsDaprd ? new ComparingSink(executionMessageSink) : executionMessageSink,
                executionOptions
            );
    }

    private sealed class ComparingSink(IMessageSink next) : LongLivedMarshalByRefObject, IMessageSink
    {
        public bool OnMessage(IMessageSinkMessage message) =>
            next.OnMessage(
                message switch
                {
                    ITestFailed failed when Reason(failed.Test) is { } reason => new TestSkipped(
                        failed.Test,
                        $"differs from daprd: {reason}"
                    ),
                    ITestPassed passed when Reason(passed.Test) is not null => new TestFailed(
                        passed.Test,
                        passed.ExecutionTime,
                        passed.Output,
                        Disappeared()
                    ),
                    _ => message,
                }
            );

        private static string? Reason(ITest test) =>
            ExpectedDifferences.Reasons.GetValueOrDefault($"{test.TestCase.TestMethod.TestClass.Class.Name}.{test.DisplayName}");

        private static XunitException Disappeared() =>
            new("passes on daprd, and ExpectedDifferences.txt lists it as a difference: remove it there");
    }
}
