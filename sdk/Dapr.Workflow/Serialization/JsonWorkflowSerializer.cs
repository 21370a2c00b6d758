using System.Text.Json;
using Dapr.Common.Serialization;

namespace Dapr.Workflow.Serialization;

/// <summary>The older name of <see cref="JsonDaprSerializer"/>; the defaults are <see cref="JsonSerializerDefaults.Web"/> with fields.</summary>
public sealed class JsonWorkflowSerializer : JsonDaprSerializer, IWorkflowSerializer
{
    public JsonWorkflowSerializer()
    {
    }

    public JsonWorkflowSerializer(JsonSerializerOptions options) : base(options)
    {
    }
}
