using Sidecar.Apps;
using Sidecar.Middleware;
using Sidecar.Resources;
using Sidecar.Tracing;

namespace Sidecar.Invocation;

/// <summary>An app whose sidecar runs in this process, as service invocation needs it.</summary>
internal interface ILocalApp
{
    AppOptions Options { get; }

    Configuration Configuration { get; }

    Tracer Tracer { get; }

    AccessPolicy Access { get; }

    /// <summary>The middleware in front of an HTTP app.</summary>
    HttpPipeline AppPipeline { get; }

    /// <summary>The channel to the app; null for a sidecar without one, as is <see cref="Client"/>.</summary>
    IAppChannel? Channel { get; }

    AppClient? Client { get; }

    /// <summary>True if the app may be called: always without health checks, otherwise while it passes them.</summary>
    bool AppIsHealthy { get; }

    /// <summary>Its own side of service invocation.</summary>
    ServiceInvoker Invoker { get; }
}

/// <summary>The apps whose sidecars run in this process.</summary>
internal interface ILocalApps
{
    /// <summary>Null if the app's sidecar does not run in this process.</summary>
    ILocalApp? Find(string appId);
}
