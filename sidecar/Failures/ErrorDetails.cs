using System.Text.Json;
using Google.Protobuf;
using Google.Rpc;

namespace Sidecar.Failures;

/// <summary>Google's error details in the JSON that daprd's HTTP API gives them (its own names, not those of protobuf's JSON).</summary>
internal static class ErrorDetails
{
    public static ErrorInfo Info(string reason, IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        var info = new ErrorInfo { Reason = reason, Domain = "dapr.io" };
        foreach (var (name, value) in metadata ?? [])
        {
            info.Metadata[name] = value;
        }
        return info;
    }

    public static ResourceInfo Resource(string type, string name, string description = "") =>
        new()
        {
            ResourceType = type,
            ResourceName = name,
            Description = description,
        };

    public static BadRequest Field(string field, string description) =>
        new()
        {
            FieldViolations =
            {
                new BadRequest.Types.FieldViolation { Field = field, Description = description },
            },
        };

    public static Help Link(string url, string description) =>
        new()
        {
            Links =
            {
                new Help.Types.Link { Url = url, Description = description },
            },
        };

    /// <param name="emptyMetadata">Whether missing metadata are <c>{}</c> instead of <c>null</c>.</param>
    public static void Write(Utf8JsonWriter json, IMessage detail, bool emptyMetadata = false)
    {
        json.WriteStartObject();
        json.WriteString("@type", "type.googleapis.com/" + detail.Descriptor.FullName);
        switch (detail)
        {
            case ErrorInfo info:
                json.WriteString("domain", info.Domain);
                WriteMetadata(json, info, emptyMetadata);
                json.WriteString("reason", info.Reason);
                break;
            case ResourceInfo resource:
                json.WriteString("description", resource.Description);
                json.WriteString("owner", resource.Owner);
                json.WriteString("resource_name", resource.ResourceName);
                json.WriteString("resource_type", resource.ResourceType);
                break;
            case BadRequest request:
                WritePairs(
                    json,
                    "field_violations",
                    request.FieldViolations.Select(violation => (("field", violation.Field), ("description", violation.Description)))
                );
                break;
            case Help help:
                WritePairs(json, "links", help.Links.Select(link => (("description", link.Description), ("url", link.Url))));
                break;
            default:
                throw new InvalidOperationException($"no JSON form is known for error detail {detail.Descriptor.FullName}");
        }
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, ErrorInfo info, bool emptyMetadata)
    {
        if (info.Metadata.Count == 0 && !emptyMetadata)
        {
            json.WriteNull("metadata");
            return;
        }
        json.WriteStartObject("metadata");
        foreach (var (name, value) in info.Metadata.OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, value);
        }
        json.WriteEndObject();
    }

    private static void WritePairs(
        Utf8JsonWriter json,
        string name,
        IEnumerable<((string Name, string Value) First, (string Name, string Value) Second)> items
    )
    {
        json.WriteStartArray(name);
        foreach (var (first, second) in items)
        {
            json.WriteStartObject();
            if (first.Value.Length > 0)
            {
                json.WriteString(first.Name, first.Value);
            }
            json.WriteString(second.Name, second.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
