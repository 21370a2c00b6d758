using Sidecar.Logging;
using Sidecar.Metrics;
using Sidecar.Tracing;

namespace Sidecar.Resources;

/// <summary>The parts of a Configuration resource that this sidecar uses.</summary>
internal sealed record Configuration
{
    /// <summary>The features that daprd enables by default.</summary>
    public static readonly IReadOnlyList<string> DefaultFeatures = ["HotReload", "WorkflowsRemoteActivityReminder"];

    public static readonly Configuration Default = new();

    public IReadOnlyList<SecretScope> SecretScopes { get; init; } = [];
    public NameResolution? NameResolution { get; init; }
    public AccessControl? AccessControl { get; init; } = AccessControl.Everyone;

    public TracingOptions Tracing { get; init; } = TracingOptions.Default;

    public IReadOnlyList<string> Features { get; init; } = DefaultFeatures;
    public WorkflowSettings Workflow { get; init; } = WorkflowSettings.Default;
    public MetricsOptions Metrics { get; init; } = MetricsOptions.Default;

    /// <summary>The middleware in front of the HTTP API, and that in front of the app.</summary>
    public IReadOnlyList<PipelineHandler> ApiPipeline { get; init; } = [];
    public IReadOnlyList<PipelineHandler> AppPipeline { get; init; } = [];

    public ApiAccess Api { get; init; } = new([], []);

    public ApiLogging ApiLogging { get; init; } = ApiLogging.None;

    /// <summary>The components that no app may load.</summary>
    public IReadOnlyList<DeniedComponent> DeniedComponents { get; init; } = [];

    /// <summary>The name of an app in access control: that of its certificate with mTLS.</summary>
    public string SpiffeId(string appId) => $"spiffe://{(AccessControl ?? AccessControl.Everyone).TrustDomain}/ns/default/{appId}";
}

/// <summary>A handler of a pipeline, and the component that implements it.</summary>
internal sealed record PipelineHandler(string Name, string Type);

/// <summary>
/// The secrets of a store that an app may read. <paramref name="DefaultAccess"/> is <c>allow</c> or <c>deny</c> in any case.
/// </summary>
internal sealed record SecretScope(string StoreName, string DefaultAccess, IReadOnlyList<string> Allowed, IReadOnlyList<string> Denied)
{
    public bool Allows(string key) =>
        Allowed.Count > 0
            ? Allowed.Contains(key, StringComparer.Ordinal)
            : !Denied.Contains(key, StringComparer.Ordinal) && !DefaultAccess.Equals("deny", StringComparison.OrdinalIgnoreCase);
}

/// <summary>The name resolver; without <paramref name="Sqlite"/> the registry of this machine.</summary>
internal sealed record NameResolution(SqliteNamesOptions? Sqlite);

/// <summary>The callers and operations that this app permits.</summary>
internal sealed record AccessControl(string DefaultAction, string TrustDomain, IReadOnlyList<AppPolicy> Policies)
{
    /// <summary>The list of an app without a Configuration.</summary>
    public static readonly AccessControl Everyone = new("allow", "public", []);
}

/// <summary>The operations that an app may call. <paramref name="DefaultAction"/> is empty if that of the list applies.</summary>
internal sealed record AppPolicy(
    string AppId,
    string DefaultAction,
    string Namespace,
    IReadOnlyList<OperationPolicy> Operations,
    string TrustDomain = "public"
);

/// <summary>A denied component type; null for <paramref name="Version"/> denies every version.</summary>
internal sealed record DeniedComponent(string Type, string? Version)
{
    /// <summary>Reads <c>type</c> or <c>type/version</c>; null for any other text, which denies nothing.</summary>
    public static DeniedComponent? Of(string text) =>
        text.Split('/') switch
        {
            [{ Length: > 0 } type] => new DeniedComponent(type, null),
            [var type, var version] => new DeniedComponent(type, version.Length > 0 ? version : null),
            _ => null,
        };

    public bool Covers(Component component) => component.Type == Type && (Version is null || component.Version == Version);
}

internal sealed record OperationPolicy(string Name, IReadOnlyList<string> Verbs, string Action);
