namespace Dapr.Workflow.Abstractions;

/// <summary>The registered name of a workflow or an activity; names match without regard to case.</summary>
public readonly record struct TaskIdentifier(string Name)
{
    public static implicit operator TaskIdentifier(string name) => new(name);

    public static implicit operator string(TaskIdentifier identifier) => identifier.Name;

    public override string ToString() => Name;
}
