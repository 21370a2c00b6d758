namespace Console.Identity;

/// <summary>
/// Who signs people in (<c>Identity:*</c>). With <see cref="Authority"/> an OpenID Connect provider, the gateway's; without, in
/// Development alone, the gateway's own token endpoint.
/// </summary>
internal sealed record IdentityOptions
{
    public string? Authority { get; init; }
    public string ClientId { get; init; } = "order-platform-console";

    /// <summary>The name of the client secret in the secret store; null for a public client, which PKCE protects alone.</summary>
    public string? ClientSecretName { get; init; }

    /// <summary>What the access token is for: the gateway's <c>Identity:Audience</c>. A scope of this name asks for it where providers work by scopes.</summary>
    public string Audience { get; init; } = "order-platform";
    public string Scopes { get; init; } = "openid profile";

    public string SecretStore { get; init; } = "secrets";
    public string CookieSecretName { get; init; } = "console-cookie-key";
}
