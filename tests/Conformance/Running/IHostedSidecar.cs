namespace Conformance.Running;

/// <summary>A sidecar that runs somewhere. Disposing it ends it, whatever it is doing.</summary>
internal interface IHostedSidecar : IAsyncDisposable
{
    string Output { get; }

    int ProcessId { get; }

    /// <summary>The exit code, once the sidecar has ended.</summary>
    Task<int> Ended { get; }
}
