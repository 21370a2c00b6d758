namespace Dapr.Workflow.Abstractions.Attributes;

/// <summary>Marks an activity class for generators that register activities.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class WorkflowActivityAttribute : Attribute
{
    public WorkflowActivityAttribute()
    {
    }

    public WorkflowActivityAttribute(string name) => Name = name;

    /// <summary>The name to register under; null stands for the class name.</summary>
    public string? Name { get; }
}
