namespace Conformance.Running;

/// <summary>A running sidecar, in its own process or in the test process. Disposing ends it.</summary>
internal interface IHostedSidecar : IAsyncDisposable
{
    string Output { get; }

    int ProcessId { get; }

    /// <summary>The exit code, once the sidecar has ended.</summary>
    Task<int> Ended { get; }
}
