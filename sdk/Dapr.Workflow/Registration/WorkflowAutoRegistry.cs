namespace Dapr.Workflow;

/// <summary>
/// Registrations that generated code adds at module load; they apply to every worker of the process,
/// after what the app registers itself, so that the app's own registrations win.
/// </summary>
public static class WorkflowAutoRegistry
{
    // Guards both collections.
    private static readonly Lock Gate = new();
    private static readonly List<Action<WorkflowRuntimeOptions>> Registrations = [];
    private static readonly HashSet<WorkflowRuntimeOptions> Applied = new(ReferenceEqualityComparer.Instance);

    /// <summary>Adding the same delegate again has no effect.</summary>
    public static void Register(Action<WorkflowRuntimeOptions> registration)
    {
        ArgumentNullException.ThrowIfNull(registration);
        lock (Gate)
        {
            if (!Registrations.Contains(registration))
            {
                Registrations.Add(registration);
            }
        }
    }

    internal static void Apply(WorkflowRuntimeOptions options)
    {
        Action<WorkflowRuntimeOptions>[] registrations;
        lock (Gate)
        {
            registrations = Applied.Add(options) ? [.. Registrations] : [];
        }

        foreach (var register in registrations)
        {
            register(options);
        }
    }
}
