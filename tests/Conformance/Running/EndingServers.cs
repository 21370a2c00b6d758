using Servers;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("Conformance.Running.EndingServers", "Conformance")]

namespace Conformance.Running;

/// <summary>xunit has no fixture for a whole assembly; its framework is what is disposed of after the last test.</summary>
public sealed class EndingServers : XunitTestFramework
{
    public EndingServers(IMessageSink messages) : base(messages) => DisposalTracker.Add(new Ending());

    private sealed class Ending : IDisposable
    {
        public void Dispose() => ServerProcess.EndAll();
    }
}
