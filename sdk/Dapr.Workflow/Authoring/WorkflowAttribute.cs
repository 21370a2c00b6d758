namespace Dapr.Workflow.Abstractions.Attributes;

/// <summary>Marks a workflow class for generators that register workflows.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class WorkflowAttribute : Attribute
{
    public WorkflowAttribute()
    {
    }

    public WorkflowAttribute(string name) => Name = name;

    /// <summary>The name to register under; null stands for the class name.</summary>
    public string? Name { get; }
}
